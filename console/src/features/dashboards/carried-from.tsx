import { Group, Text } from '@mantine/core'
import { useSearchParams } from 'react-router'

import { RemovableBadge } from '../../components/removable-badge'
import { cellWords } from '../../formats/columns'
import { type Chosen, type Filter, oncePerName } from './filters'
import { useCarriedFrom } from './use-carried'

/** The filters that came from the dashboard before, each with the button that takes it away, and those that wait because they do not apply here. */
export function CarriedFrom({ filters, chosen }: { filters: readonly Filter[]; chosen: Chosen }) {
  const carried = useCarriedFrom()
  const [, setSearch] = useSearchParams()
  const shown = oncePerName(filters).filter(({ name }) => chosen[name] && carried?.names.includes(name))
  const waiting = carried?.waiting ?? []
  if (!carried || shown.length + waiting.length === 0) return null
  const remove = (name: string) =>
    setSearch(
      (before) => {
        before.delete(name)
        return before
      },
      { replace: true, state: { carried } },
    )
  return (
    <Group gap="xs" role="group" aria-label="Filters of the dashboard before">
      <Text size="xs" className="muted">
        From “{carried.title}”:
      </Text>
      {shown.map(({ name, label, column }) => (
        <RemovableBadge
          key={name}
          words={`${label}: ${cellWords(column, chosen[name])}`}
          onRemove={() => remove(name)}
        />
      ))}
      {waiting.map(({ words }) => (
        <Text key={words} size="xs">
          {words} does not apply here. It waits for a dashboard that has it.
        </Text>
      ))}
    </Group>
  )
}
