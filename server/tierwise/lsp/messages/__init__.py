"""Our own messages: one class per shape, made from the views of the engine."""
