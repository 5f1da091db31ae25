"""The scope line: this is a payment system; no table has a column for reproductive, medical or procedure data."""

import re

from django.apps import apps

OUT_OF_SCOPE = re.compile(
    "pregnan|fertil|reproduct|birth|procedure|surg|steril|abort|contracept|medical|diagnos|health"
)
COLUMNS = [
    f"{model._meta.db_table}.{field.column}"
    for app in ("payouts", "imports", "treasury")
    for model in apps.get_app_config(app).get_models()
    for field in model._meta.local_fields
]


def test_there_are_columns_to_look_at() -> None:
    assert "payouts_enrolmentfact.certificate" in COLUMNS


def test_no_column_holds_reproductive_medical_or_procedure_data() -> None:
    assert [column for column in COLUMNS if OUT_OF_SCOPE.search(column)] == []
