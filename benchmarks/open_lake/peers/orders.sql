select order_id, try_cast(ordered_on as date) as ordered_on, total, note
from raw.orders
