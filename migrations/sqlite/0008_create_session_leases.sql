-- Nothing: who keeps what they read from a file is settled by a lock on the file.
SELECT 1;
