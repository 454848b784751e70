"""The rows that recall sees, written together with the tier rows they stand for."""
