select region_id, sum(revenue) as revenue
from {{ source('prod', 'regional_performance') }}
group by region_id
