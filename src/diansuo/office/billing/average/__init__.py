"""Average price (平均电价分析): what moved it, whose stands apart, and how far the rules of price are carried out."""
