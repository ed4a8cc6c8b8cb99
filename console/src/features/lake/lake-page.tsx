import { Stack } from '@mantine/core'

import { PageTitle } from '../../components/panel'
import { FilesPanel } from './files-panel'
import { HealthPanel } from './health-panel'
import { QuarantinePanel } from './quarantine-panel'
import { RunsPanel } from './runs-panel'

export function LakePage() {
  return (
    <Stack gap="md">
      <PageTitle>Lake</PageTitle>
      <HealthPanel />
      <FilesPanel />
      <div className="lake-side">
        <RunsPanel />
        <QuarantinePanel />
      </div>
    </Stack>
  )
}
