-- What version 3 changed: a sum of points says the share of right answers, and how many stand at it is counted.
INSERT INTO standings VALUES (1, '2026-11', 2, 6, 2, 3, 1795421000000, 2.0 / 3);
UPDATE standings SET points = 10 WHERE period = '2026-11' AND member = 2;
