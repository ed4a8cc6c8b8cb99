select receipt, strptime(day, '%d.%m.%Y')::date as day, zip,
  cast(replace(replace(replace(amount, '.', ''), ',', '.'), ' €', '') as decimal(12, 2)) as amount
from raw.deliveries
