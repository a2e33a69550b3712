import Glibc
import Kernels
import Synchronization
import Testing

@Suite struct ThreadPoolTests {
  @Test func runsEveryTaskOnceOverManyLoops() {
    let pool = ThreadPool(threadCount: 4)
    for count in [1, 2, 3, 100, 1000] {
      for _ in 0..<200 {
        let next = Atomic<Int>(0)
        let sum = Atomic<Int>(0)
        pool.run { _ in
          while true {
            let task = next.add(1, ordering: .relaxed).oldValue
            guard task < count else { return }
            sum.add(task + 1, ordering: .relaxed)
          }
        }
        #expect(sum.load(ordering: .relaxed) == count * (count + 1) / 2)
      }
    }
  }
}
