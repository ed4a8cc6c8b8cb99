select visitor, strptime(cast(asked_at as varchar), '%y%m%d%H%M%S') as asked_at, query
from raw.searches
