"""Bills and notices as PDF: what stands on them (``content``), their type (``typesetting``), a month (``batch``)."""
