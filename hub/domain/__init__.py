"""What the hub knows about people, records and agreement: pure, no input or output, no clock."""
