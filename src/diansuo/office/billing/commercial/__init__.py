"""Bills of commercial and industrial customers: from settled months and the archive to priced bills and their rows."""
