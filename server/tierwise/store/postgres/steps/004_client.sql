-- The editor or agent that asked for a task, by its own name. Empty where it did not say one.

ALTER TABLE tasks ADD COLUMN client TEXT COLLATE "C";
