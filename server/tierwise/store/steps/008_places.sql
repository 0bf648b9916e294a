-- Where a group's instruction and files lie, and which workers work there.

ALTER TABLE queue_groups ADD COLUMN place TEXT;

ALTER TABLE queue_groups ADD COLUMN host TEXT;

ALTER TABLE workers ADD COLUMN place TEXT;
