{# Tests that every source of the lake may use. Written by `headgate dbt init`, which replaces this file. #}

{% test unique_together(model, columns) %}
select {{ columns | join(', ') }}
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}

{% test compared(model, column_name, operator, value) %}
select {{ column_name }}
from {{ model }}
where not ({{ column_name }} {{ operator }} {{ value }})
{% endtest %}

{% test columns_compared(model, left, operator, right) %}
select {{ left }}, {{ right }}
from {{ model }}
where not ({{ left }} {{ operator }} {{ right }})
{% endtest %}
