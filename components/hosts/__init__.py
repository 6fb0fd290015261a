"""What components set on hosts over SSH: how it is reached, kept, owned and observed."""
