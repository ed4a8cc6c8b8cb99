import { Skeleton, Text } from '@mantine/core'
import { Outlet, useNavigation } from 'react-router'

/** The page of the address. While its code is loaded for the first time, the page before is gone, so none is read below another's address. */
export function PageOutlet() {
  if (useNavigation().state !== 'loading') return <Outlet />
  return (
    <div role="status" aria-busy>
      <Text className="muted">Loading the page …</Text>
      <Skeleton height={28} maw={320} my="md" />
      <Skeleton height={160} />
    </div>
  )
}
