import { Alert, Button, Group, NativeSelect } from '@mantine/core'

import { localTimes, openOrders, orderQuestions, withOrder, withZoneOf } from './date-orders'
import { type Deciding, withField } from './edits'
import { timeZones } from './time-zones'

/** Dates whose day and month can be read two ways: a person chooses before the gate checks them. */
export function DateOrderQuestions({ result, edits, onChange }: Deciding) {
  const open = openOrders(result, edits)
  return orderQuestions(open).map(({ columns, answers }) => (
    <Alert key={columns.join()} color="blue" p="xs" title={`How to read ${columns.join(', ')}`} role="group">
      <Group gap="xs">
        The first dates fit each of these.
        {answers.map(({ value, label }) => (
          <Button
            key={value}
            size="compact-sm"
            onClick={() => onChange(withOrder(edits, open, columns, value))}
          >
            {label}
          </Button>
        ))}
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => onChange(columns.reduce((next, name) => withField(next, name, null), edits))}
        >
          Leave {columns.length === 1 ? 'it' : 'them'} out
        </Button>
      </Group>
    </Alert>
  ))
}

/** Times without a zone: the lake stores UTC, and a file from elsewhere may have local times. */
export function ZoneQuestion({ result, edits, onChange }: Deciding) {
  return localTimes(result, edits).map((times) => (
    <NativeSelect
      key={times.field.name}
      label={`Zone of the times in ${times.column}, which state none`}
      size="xs"
      maw="28rem"
      value={times.zone}
      data={timeZones(times.zone)}
      onChange={(event) => onChange(withZoneOf(edits, times, event.currentTarget.value))}
    />
  ))
}
