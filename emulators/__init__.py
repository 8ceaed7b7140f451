"""Stand-ins for the outside services, over real HTTP. They import nothing of the product."""
