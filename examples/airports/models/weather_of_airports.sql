select w.origin, a.name, cast(date_trunc('month', w.time_hour) as date) as month_on, count(*) as hours,
       count(w.wind_gust) as hours_with_gusts, round(avg(w.wind_speed), 2) as wind_speed, max(w.wind_gust) as strongest_gust
from weather as w
join airports as a on a.faa = w.origin
group by 1, 2, 3
