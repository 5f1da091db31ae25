"""What people are owed: functions of facts and dated policies to amounts. Plain Python."""
