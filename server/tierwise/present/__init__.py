"""All texts that an operator reads: titles, lenses, the status, reasons, questions and errors."""
