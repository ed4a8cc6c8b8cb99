import { Stack } from '@mantine/core'

import { PageTitle } from '../../components/panel'
import { RunsPanel } from './runs-panel'

/** The newest runs with their state, cause, time and cost. */
export function RunsPage() {
  return (
    <Stack gap="md">
      <PageTitle>Runs</PageTitle>
      <RunsPanel isPage />
    </Stack>
  )
}
