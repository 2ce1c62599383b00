"""People over time: who is who, what can happen to them, what the shop hears, and what it may never do."""
