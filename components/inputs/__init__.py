"""Arguments of components: parsing, rules, secrets, and values that are known only later."""
