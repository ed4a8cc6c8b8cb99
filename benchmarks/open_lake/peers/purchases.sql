select customer, strptime(cast(bought_on as varchar), '%Y%m%d')::date as bought_on, quantity, dollars
from raw.purchases
