from ledger.models import Voucher
from payouts.models import Payment
from tests import payroll
from audit.traces import trace
from django.utils import translation
stage, rolled_back = payroll.stage, payroll.rolled_back

def show(step, indent=0):
    print("  "*indent, step.title, step.reference, step.by, step.at or "", "(above)" if step.is_above else "", "; ".join(f"{f.label}={f.value}" for f in step.facts))
    for c in step.children: show(c, indent+1)
    for l in step.left_out: print("  "*indent, "...", l)

def test_x(rolled_back):
    for p in Payment.objects.all()[:1]:
        for s in trace(f"payment:{p}", townships=None): show(s)
    v = Voucher.objects.filter(source__contains="/pay/").first()
    for s in trace(f"voucher:{v.pk}", townships=None, depth=2): show(s)
    assert 0
