"""Why an area loses: findings of the engine kept, sent out, answered on site, and held against the loss afterwards."""
