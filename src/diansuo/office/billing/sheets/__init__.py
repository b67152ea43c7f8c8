"""Monthly price sheets (月度价格表): proposed by one person, approved by another, laid onto the rulebook."""
