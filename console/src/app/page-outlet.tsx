import { Skeleton, Text } from '@mantine/core'
import { useLayoutEffect } from 'react'
import { Outlet, useLocation, useNavigation, useNavigationType } from 'react-router'

/** The page of the address. While its code is loaded for the first time, the page before is gone, so none is read below another's address. */
export function PageOutlet() {
  useTopOfNewPages()
  if (useNavigation().state !== 'loading') return <Outlet />
  return (
    <div role="status" aria-busy>
      <Text className="muted">Loading the page …</Text>
      <Skeleton height={28} maw={320} my="md" />
      <Skeleton height={160} />
    </div>
  )
}

/** A page that a link opens is read from its top. Back and forward keep their place, as browsers do, and so does a page whose filters change. */
function useTopOfNewPages(): void {
  const { pathname } = useLocation()
  const type = useNavigationType()
  useLayoutEffect(() => {
    if (type === 'PUSH') window.scrollTo(0, 0)
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once for each page
  }, [pathname])
}
