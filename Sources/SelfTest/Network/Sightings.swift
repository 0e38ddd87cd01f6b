import Synchronization

/// Which probe was seen where, collected from all who watch.
final class Sightings: Sendable {
    private let places = Mutex<[Int: Set<Place>]>([:])

    func add(_ number: Int?, _ place: Place) {
        guard let number else { return }
        places.withLock { _ = $0[number, default: []].insert(place) }
    }

    subscript(_ number: Int) -> Set<Place> { places.withLock { $0[number] ?? [] } }
}
