"""Every sentence and button a person sees, so that bot and delivery share them."""
