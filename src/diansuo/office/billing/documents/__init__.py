"""Bills and notices as PDF: what stands on them (``content``), how it is set (``typesetting``), a month's batch (``batch``)."""
