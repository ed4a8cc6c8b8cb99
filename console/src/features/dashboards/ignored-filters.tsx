import { Text } from '@mantine/core'

/** Which of the chosen filters do not narrow a panel or several, in words. */
export function IgnoredFilters({ labels, place = 'here' }: { labels: string[]; place?: string }) {
  if (labels.length === 0) return null
  const named = labels.map((label) => `“${label}”`).join(' and ')
  return (
    <Text size="xs" className="muted" data-testid="ignored-filters">
      {labels.length === 1 ? `The filter ${named} does` : `The filters ${named} do`} not apply {place}.
    </Text>
  )
}
