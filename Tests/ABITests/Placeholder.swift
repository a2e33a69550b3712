import Testing
import CGenerative
