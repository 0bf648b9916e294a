"""Our own messages: one class per JSON object. Replies are made from the views of the engine."""
