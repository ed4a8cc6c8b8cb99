"""Raw to curated: the gate."""

from headgate.intake.files.process_file import FileProcessor
from headgate.intake.rows.check_rows import CheckedRows, check_bytes

__all__ = ["CheckedRows", "FileProcessor", "check_bytes"]
