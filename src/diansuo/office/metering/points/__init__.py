"""Points that belong together (总表、分表、转供、定量定比、光伏): what each is settled with once all are read."""
