import { Group, Text } from '@mantine/core'
import { Fragment } from 'react'
import { useSearchParams } from 'react-router'

import { RemovableBadge } from '../../components/removable-badge'
import { isCut, waitingAfter } from './carried-filters'
import { type Chosen, type Filter, oncePerName, shortWords } from './filters'
import { useCarriedFrom } from './use-carried'

/** The filters that came from the dashboard before, each with the button that takes it away, and those that wait because they do not apply here. */
export function CarriedFrom({ filters, chosen }: { filters: readonly Filter[]; chosen: Chosen }) {
  const carried = useCarriedFrom()
  const [, setSearch] = useSearchParams()
  const { origins = {}, waiting = [] } = carried ?? {}
  const shown = oncePerName(filters).filter(({ name }) => chosen[name] && name in origins)
  const unknown = waiting.filter(({ parts, isSaidByPart }) => !parts && !isSaidByPart)
  const cut = waiting.filter((each) => isCut(each, each.parts ?? [], filters))
  if (shown.length + unknown.length === 0) return null
  const remove = (name: string) =>
    setSearch(
      (before) => {
        before.delete(name)
        return before
      },
      { replace: true, state: { carried: { origins, waiting: waitingAfter(waiting, name) } } },
    )
  const titles = [...new Set(shown.map(({ name }) => origins[name] ?? ''))]
  return (
    <Group gap="xs" role="group" aria-label="Filters of the dashboard before">
      {titles.map((title) => (
        <Fragment key={title}>
          <Text size="xs" className="muted">
            From “{title}”:
          </Text>
          {shown
            .filter(({ name }) => origins[name] === title)
            .map((filter) => (
              <RemovableBadge
                key={filter.name}
                words={shortWords(filter, chosen[filter.name] ?? [])}
                onRemove={() => remove(filter.name)}
              />
            ))}
        </Fragment>
      ))}
      {cut.map(({ words, origin }) => (
        <Text key={words} size="xs">
          {words} was chosen on “{origin}”. This page shows one at a time, and the first was taken.
        </Text>
      ))}
      {unknown.map(({ words, origin }) => (
        <Text key={words} size="xs">
          {words}, chosen on “{origin}”, does not apply here. It waits for a dashboard that has it.
        </Text>
      ))}
    </Group>
  )
}
