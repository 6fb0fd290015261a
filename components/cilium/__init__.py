"""Feature set -> Helm values and custom resources. No Pulumi in here."""
