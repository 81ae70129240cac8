"""The figures of the product, each against a floor that is measured in turn in the same run."""
