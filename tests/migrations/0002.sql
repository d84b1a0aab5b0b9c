-- What version 2 added to the database of version 1: a second place of the community, whose round shares its answers, and a code.
INSERT INTO places VALUES (2, 'slack', 'T1', 1);
INSERT INTO accounts VALUES (3, 2, 'U1', 1);
INSERT INTO feeds (id, place, number, channel, rule, zone, sequence, reveal_hours, thread, catch_up, state, since, next_at, created_at, created_by)
VALUES (2, 2, 1, 'C1', 'daily 09:00', 'Europe/Berlin', 'mixed', 8, 1, 21600000, 'active', 1795507200000, 1795593600000, 1795334400000, 3);
INSERT INTO rounds (id, feed, slot, slot_at, extra, late, seed, version, posted_at, reveal_at, twin_of)
VALUES (3, 2, '2026-11-24T09:00:00', 1795507200000, 0, 0, 6, x'01', 1795507200000, 1795536000000, 2);
INSERT INTO invitations VALUES ('ABCDEFGH', 'community', 1, 1, 1795508000000);
