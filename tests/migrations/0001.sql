-- A database of version 1 in use: one feed with a revealed round, an open one, a skipped slot and a message that waits.
INSERT INTO meta VALUES ('secret', zeroblob(32));
INSERT INTO communities (id, zone, zone_assumed) VALUES (1, 'Europe/Berlin', 0);
INSERT INTO places VALUES (1, 'discord', '100', 1);
INSERT INTO members VALUES (1, 1, 'Ann'), (2, 1, 'Ben');
INSERT INTO accounts VALUES (1, 1, '200', 1), (2, 1, '201', 2);
INSERT INTO feeds (id, place, number, channel, rule, zone, sequence, reveal_hours, thread, catch_up, state, since, next_at, created_at, created_by)
VALUES (1, 1, 1, '300', 'daily 09:00', 'Europe/Berlin', 'mixed', 8, 1, 21600000, 'active', 1795507200000, 1795593600000, 1795334400000, 1);
INSERT INTO trap_versions VALUES (x'01', 'a-trap', '{}');
INSERT INTO rounds (id, feed, slot, slot_at, extra, late, seed, version, posted_at, reveal_at, revealed_at, settled, tally, channel, message)
VALUES (1, 1, '2026-11-23T09:00:00', 1795420800000, 0, 0, 5, x'01', 1795420800000, 1795449600000, 1795449600000, 1, '{"counts":[]}', '300', '400');
INSERT INTO rounds (id, feed, slot, slot_at, extra, late, seed, version, posted_at, reveal_at)
VALUES (2, 1, '2026-11-24T09:00:00', 1795507200000, 0, 0, 6, x'01', 1795507200000, 1795536000000);
INSERT INTO skipped_slots VALUES (1, '2026-11-22T09:00:00', 1795334400000, 'too_late', 1795420800000);
INSERT INTO answers VALUES (1, 1, 0.0, 2, 1795421000000, 1795421000000, 10, 'right', NULL), (2, 2, 1.0, 0, 1795508000000, 1795508000000, NULL, NULL, NULL);
INSERT INTO standings (community, period, member, points, correct, answers, reached_at) VALUES (1, 'all', 1, 10, 1, 1, 1795421000000);
INSERT INTO streaks VALUES (1, 1, 1, 1, 0, 1);
INSERT INTO practice VALUES (1, 'a-trap', 2, 1, 1795421000000);
INSERT INTO outbox (feed, round, kind, step, next_try_at, expires_at) VALUES (1, 2, 'post', 0, 1795507200000, 1795528800000);
