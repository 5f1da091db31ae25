-- Whether a voucher keeps the flows of its bank accounts (P5). ``debits`` and ``credits`` hold one
-- bit for what each debited or credited account is: 1 receipt-only, 2 disbursement-only, 4 other
-- cash, 8 current account with the upper level, 16 other dealings with it, 32 income, 64 expense,
-- 128 liability, 256 net assets, 512 other (TRAIT_OF_ACCOUNT in ledger/models/books.py).
--   receipt-only:      a debit is a receipt (from income or a liability), a credit is the sweep
--   disbursement-only: a debit is funding from the upper level, a credit pays or is handed back
-- A voucher on such an account is all black or all red: a red line beside a black one on the same
-- side would move money between them without showing on the other side.
CREATE OR REPLACE FUNCTION ledger_flow_kept(debits int, credits int, red boolean, black boolean)
RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (debits & 1 = 0 OR credits & ~(32 | 128) = 0)
     AND (credits & 1 = 0 OR debits & ~8 = 0)
     AND (debits & 2 = 0 OR credits & ~(8 | 16) = 0)
     AND (credits & 2 = 0 OR debits & (1 | 2 | 4 | 32 | 256) = 0)
     AND ((debits | credits) & (1 | 2) = 0 OR NOT (red AND black))
$$;

-- What is sealed of a signature that was set after posting.
CREATE OR REPLACE FUNCTION ledger_signature_text(voucher_id bigint, role text, officer text, signed_at timestamptz)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT 'signature' || E'\t' || voucher_id || E'\t' || role || E'\t' || officer || E'\t'
    || ledger_moment_text(signed_at) || E'\n'
$$;
