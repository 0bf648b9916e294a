-- Where a group's instruction and files lie, and which workers work there.

ALTER TABLE queue_groups ADD COLUMN place TEXT COLLATE "C";

ALTER TABLE queue_groups ADD COLUMN host TEXT COLLATE "C";

ALTER TABLE workers ADD COLUMN place TEXT COLLATE "C";
