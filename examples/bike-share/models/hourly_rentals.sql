select date_add('hour', hr, cast(dteday as timestamp)) as hour_at, cnt as rentals
from rentals
