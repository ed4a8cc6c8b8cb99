import { Box, Group, Title } from '@mantine/core'
import type { ReactNode } from 'react'

/** The heading of a page, there from its first moment: also while the page loads, and when it fails. */
export function PageTitle({ children }: { children: ReactNode }) {
  return (
    <Title order={1} size="h3" style={{ overflowWrap: 'anywhere' }}>
      {children}
    </Title>
  )
}

interface Props {
  title: string
  actions?: ReactNode
  children: ReactNode
  order?: 2 | 3
}

export function Panel({ title, actions, children, order = 2 }: Props) {
  return (
    <Box component="section" className="panel" p="sm" h="100%" aria-label={title}>
      <Group justify="space-between" mb="xs" gap="xs">
        <Title order={order} size="h5" style={{ overflowWrap: 'anywhere' }} miw={0}>
          {title}
        </Title>
        {actions}
      </Group>
      {children}
    </Box>
  )
}
