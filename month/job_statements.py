"""The statements by which workers hold jobs; by the database's clock, as workers on several machines have several."""

# A command holds its job without a lease, and tells every second that it lives: the sweep waits a little longer.
GRACE_SECONDS = 5

CANCELLED = """
EXISTS (SELECT FROM month_jobcancellation c WHERE c.job_id = month_job.id AND c.attempt > month_job.restarted_after)
"""
LOST = f"""
status = 'RUNNING' AND lease_until < clock_timestamp() - interval '{GRACE_SECONDS} seconds'
"""
TO_BE_DONE = f"""
(status = 'WAITING' OR {LOST} AND attempt - restarted_after < attempts_max) AND NOT {CANCELLED}
"""

CLAIM = f"""
UPDATE month_job SET status = 'RUNNING', attempt = attempt + 1, worker = %s, failure = '', reason = '',
       lease_until = clock_timestamp() + make_interval(secs => %s)
 WHERE id = (SELECT id FROM month_job WHERE id = %s AND {TO_BE_DONE} FOR NO KEY UPDATE SKIP LOCKED)
RETURNING attempt
"""  # noqa: S608
BEGIN_PROGRESS = """
INSERT INTO month_jobprogress (job_id, attempt, step, rows, told_at, backend, claimed_at)
VALUES (%s, %s, '', 0, clock_timestamp(), pg_backend_pid(), clock_timestamp())
ON CONFLICT (job_id) DO UPDATE SET attempt = excluded.attempt, step = '', rows = 0, told_at = excluded.told_at,
       backend = excluded.backend, claimed_at = excluded.claimed_at
"""
RENEW = f"""
UPDATE month_job SET lease_until = clock_timestamp() + make_interval(secs => %s)
 WHERE id = %s AND attempt = %s AND status = 'RUNNING' AND NOT {CANCELLED}
"""  # noqa: S608
# Beside the work: while an effect is under way its transaction holds the row, and nobody can claim it.
BEAT = f"{RENEW} AND id IN (SELECT id FROM month_job WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED)"  # noqa: S608
TELL = """
UPDATE month_jobprogress SET step = left(%s, 200), rows = %s, told_at = clock_timestamp()
 WHERE job_id = %s AND attempt = %s
"""
TELL_BESIDE = f"""
{TELL} AND job_id IN (SELECT job_id FROM month_jobprogress WHERE job_id = %s FOR NO KEY UPDATE SKIP LOCKED)
"""  # noqa: S608
IS_TO_STOP = f"SELECT FROM month_job WHERE id = %s AND (attempt <> %s OR status <> 'RUNNING' OR {CANCELLED})"
SETTLE = """
UPDATE month_job SET status = %s, lease_until = NULL, failure = %s, reason = CASE WHEN %s = '' THEN reason ELSE %s END
 WHERE id = %s AND attempt = %s AND status = 'RUNNING'
"""
# The stage and the results keep what was handed in; the job needs it no more.
FORGET_HANDED_IN = "DELETE FROM month_jobfile WHERE job_id = %s AND side = 'IN'"
FORGET_OLD = """
DELETE FROM month_jobfile f USING month_job j
 WHERE j.id = f.job_id AND j.status IN ('DONE', 'FAILED', 'CANCELLED')
   AND (SELECT max(m.at) FROM month_jobmove m WHERE m.job_id = j.id) < clock_timestamp() - make_interval(days => %s)
"""
GIVE_BACK = """
UPDATE month_job SET status = CASE WHEN attempt - restarted_after < attempts_max THEN 'WAITING' ELSE 'FAILED' END,
       lease_until = NULL, failure = %s
 WHERE id = %s AND attempt = %s AND status = 'RUNNING'
"""
END_CANCELLED = f"""
UPDATE month_job SET status = 'CANCELLED', lease_until = NULL,
       reason = (SELECT reason FROM month_jobcancellation WHERE job_id = month_job.id ORDER BY id DESC LIMIT 1)
 WHERE id = %s AND attempt = %s AND status = 'RUNNING' AND {CANCELLED}
"""  # noqa: S608
# What a worker was told to stop before it was lost.
CANCEL_LOST = f"""
UPDATE month_job SET status = 'CANCELLED', lease_until = NULL,
       reason = (SELECT reason FROM month_jobcancellation WHERE job_id = month_job.id ORDER BY id DESC LIMIT 1)
 WHERE id IN (SELECT id FROM month_job WHERE (status = 'WAITING' OR {LOST}) AND {CANCELLED}
               ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
"""  # noqa: S608
# Leases of work that no worker tries again by itself: a person looks at it first.
GIVE_UP = f"""
UPDATE month_job SET status = 'FAILED', lease_until = NULL, failure = 'worker_is_lost'
 WHERE id IN (SELECT id FROM month_job WHERE {LOST} AND attempt - restarted_after >= attempts_max
               ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
"""  # noqa: S608
TO_DO = f"SELECT id FROM month_job WHERE {TO_BE_DONE} ORDER BY id"  # noqa: S608
# A worker that stands still (stopped, swapped out, behind a broken network) holds the row of its job by a transaction
# that nobody ends. It has told nothing for a lease: its process of the database is ended, and with it the transaction.
CUT_OFF = f"""
SELECT pg_terminate_backend(a.pid)
  FROM month_job JOIN month_jobprogress p ON p.job_id = month_job.id AND p.attempt = month_job.attempt
  JOIN pg_stat_activity a ON a.pid = p.backend AND a.datname = current_database() AND a.usename = current_user
       AND a.backend_start <= p.claimed_at AND a.xact_start IS NOT NULL AND a.pid <> pg_backend_pid()
 WHERE {LOST} AND p.told_at < clock_timestamp() - make_interval(secs => %s + {GRACE_SECONDS})
"""  # noqa: S608
