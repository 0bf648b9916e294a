-- A reservation is many small statements. The planner takes the hour's for a large one and compiles
-- it to machine code first, which takes longer than all of them.

ALTER FUNCTION sums_since(BIGINT, TEXT, TEXT) SET jit = off;
