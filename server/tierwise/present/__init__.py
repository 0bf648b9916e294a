"""The one formatter: every title, lens, status and reason an operator reads is made here."""
