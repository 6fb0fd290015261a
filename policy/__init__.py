"""The rules as a CrossGuard policy pack: `pulumi preview --policy-pack policy`."""
