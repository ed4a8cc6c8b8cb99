import { Box, Group, Title } from '@mantine/core'
import type { ReactNode } from 'react'

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
        <Title order={order} size="h5">
          {title}
        </Title>
        {actions}
      </Group>
      {children}
    </Box>
  )
}
