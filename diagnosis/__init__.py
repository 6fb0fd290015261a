"""Diagnosis of verify's verdicts: the root cause of each fault, and its consequences."""
